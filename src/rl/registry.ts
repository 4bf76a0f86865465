/** The environments that there are. */
import registered from 'registry:rl/environments#environment';
import type { EnvironmentDefinition } from './environment';

export const environments = registered as readonly EnvironmentDefinition[];
