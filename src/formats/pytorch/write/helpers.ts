/** Python functions that some expressions call, by name: written where they are used. */
export const helpers: Readonly<Record<string, string>> = {
  _one_hot: `def _one_hot(index, depth, axis, kind):
    """Indices below zero count from the end; those outside have no one."""
    index = torch.where(index < 0, index + depth, index)
    return (index.unsqueeze(-1) == torch.arange(depth, device=index.device)).to(kind).movedim(-1, axis)`,
  _top_k: `def _top_k(x, k, axis, largest):
    """The k largest; of equal ones those that come first."""
    values, indices = torch.sort(x, dim=axis, descending=largest, stable=True)
    return values.narrow(axis, 0, k), indices.narrow(axis, 0, k)`,
  _scatter_nd: `def _scatter_nd(x, index, updates, how):
    """The slices of x at the places, each reduced with what is put there."""
    flat, count = torch.zeros_like(index[..., 0]), 1
    for axis in range(index.size(-1)):
        size, at = x.size(axis), index[..., axis]
        flat, count = flat * size + torch.where(at < 0, at + size, at), count * size
    rows = x.reshape(count, -1)
    flat = flat.reshape(-1, 1).expand(-1, rows.size(1))
    return rows.scatter_reduce(0, flat, updates.reshape(flat.shape), how).reshape(x.shape)`,
  _window: `def _window(x, start, size, bias):
    """The part of x that begins at start; what lies behind its end is the bias alone."""
    for axis, (first, length) in enumerate(zip(start, size), 2):
        x = x.narrow(axis, first, min(length, x.size(axis) - first))
        if x.size(axis) < length:
            rest = [*x.shape]
            rest[axis] = length - x.size(axis)
            fill = x.new_zeros(rest)
            if bias is not None:
                fill = fill + bias.reshape(1, -1, *[1] * (x.dim() - 2))
            x = torch.cat([x, fill], axis)
    return x`,
  _standardize: `def _standardize(x, axes, epsilon):
    mean = x.mean(dim=axes, keepdim=True)
    variance = (x - mean).square().mean(dim=axes, keepdim=True)
    return (x - mean) / torch.sqrt(variance + epsilon), mean, variance`,
  _lrn: `def _lrn(x, size, before, alpha, beta, bias):
    """Local response normalization over windows of channels."""
    square = x.square()
    pad = [0, 0] * (x.dim() - 2) + [before, size - 1 - before]
    windows = F.pad(square, pad).unfold(1, size, 1).sum(-1)
    return x / (bias + alpha / size * windows) ** beta`,
  _recurrent: `def _recurrent(kind, x, w, r, b, h, c, size, direction, gates, relu):
    """A recurrent layer with ONNX's weights (directions, gates * size, …), whose gates stand in another order."""
    order = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}[kind]
    def sorted_gates(t):
        parts = t.chunk(gates, dim=0)
        return torch.cat([parts[i] for i in order], dim=0)
    results, states, cells = [], [], []
    for d in range(w.size(0)):
        backwards = direction == "reverse" or d == 1
        weights = [sorted_gates(w[d]), sorted_gates(r[d])]
        if b is not None:
            both = b[d].chunk(2, dim=0)
            weights += [sorted_gates(both[0]), sorted_gates(both[1])]
        start = h[d : d + 1] if h is not None else x.new_zeros(1, x.size(1), size)
        run = x.flip(0) if backwards else x
        if kind == "LSTM":
            cell = c[d : d + 1] if c is not None else torch.zeros_like(start)
            y, last, cell = torch.lstm(run, (start, cell), weights, b is not None, 1, 0.0, False, False, False)
            cells.append(cell)
        else:
            f = torch.gru if kind == "GRU" else torch.rnn_relu if relu else torch.rnn_tanh
            y, last = f(run, start, weights, b is not None, 1, 0.0, False, False, False)
        results.append(y.flip(0) if backwards else y)
        states.append(last)
    out = torch.stack(results, dim=1), torch.cat(states)
    return (*out, torch.cat(cells)) if kind == "LSTM" else out`,
};
