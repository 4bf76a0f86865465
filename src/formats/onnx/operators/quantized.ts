/** Quantised models as ONNX has them: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html */
import type { OperatorFamily } from '../operatorRegistry';
import { dequantizeLinear, quantizeLinear, resultRange } from './_quantized';
import { all } from './_shared';
import { convolution } from './_windows';

export const family: OperatorFamily = {
  translations: {
    QuantizeLinear: quantizeLinear,
    DequantizeLinear: dequantizeLinear,
    DynamicQuantizeLinear: c => c.finish('DynamicQuantizeLinear', [c.tensor(0)]),
    MatMulInteger: c => c.finish('MatMulInteger', all(c)),
    ConvInteger: c => c.finish('ConvInteger', all(c), convolution(c)),
    QLinearMatMul: c => c.finish('QLinearMatMul', all(c), resultRange(c, 7)),
    QLinearConv: c => c.finish('QLinearConv', all(c), { ...convolution(c, 3), ...resultRange(c, 7) }),
  },
};
