/** Operator tests that are not run, by a pattern of their names, each with its reason. */
export const exclusions: readonly { tests: RegExp; why: string }[] = [
  {
    tests:
      /^test_cast(like)?_(no_saturate_|e8m0_)?.*(FLOAT8|FLOAT4|INT4|INT2|E8M0)|^test_(de)?quantizelinear_(e4m3|e5m2|float4|u?int2)/,
    why: 'Element types of less than 16 bits for floats and 4 for integers are not read, and nothing is cast to 4 bits.',
  },
  {
    tests: /_to_BFLOAT16$|_bfloat16$/,
    why: 'bfloat16 is computed in float32, so results are not rounded to it.',
  },
  { tests: /^test_training_dropout(_default)?(_mask)?$/, why: 'Which values are dropped is random.' },
  {
    tests: /^test_einsum_batch_diagonal$/,
    why: 'A subscript that stands twice in one operand is not computed.',
  },
  {
    tests: /^test_maxpool_with_argmax_2d_precomputed_strides$/,
    why: 'Indices in column-major order are not computed.',
  },
  {
    tests: /^test_mod_float_edge_cases_fmod_0/,
    why: 'The remainder of a division by infinity is not computed.',
  },
  { tests: /^test_lstm_with_peepholes$/, why: 'Peepholes of an LSTM are not computed.' },
  {
    tests: /^test_gathernd_example_int32_batch_dim1$/,
    why: 'GatherND is computed without batch dimensions.',
  },
  {
    tests: /^test_dft_inverse(_opset19)?$/,
    why: 'What rounding leaves of zeros in a fast Fourier transform is no result.',
  },
  { tests: /^test_scan_sum$/, why: 'Scan is run from version 9 of the operator set on.' },
  {
    tests: /^test_ai_onnx_ml_tree_ensemble_set_membership$/,
    why: 'Nodes of trees that ask for membership in a set are not computed.',
  },
];
