/** Style sheets are bundled into one file beside the script; importing one says that it is needed. */
declare module '*.css';
