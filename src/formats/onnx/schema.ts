/** The messages of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3), as far as they are used. */
import type { DType } from '../../model/graph';
import type { MessageType, Packed, Span } from './wire';

export const modelProto: MessageType = () => ({
  1: { name: 'irVersion', type: 'int' },
  2: { name: 'producerName', type: 'string' },
  3: { name: 'producerVersion', type: 'string' },
  4: { name: 'domain', type: 'string' },
  6: { name: 'docString', type: 'string' },
  7: { name: 'graph', type: graphProto },
  8: { name: 'opsetImport', type: operatorSetProto, repeated: true },
  14: { name: 'metadataProps', type: entryProto, repeated: true },
  25: { name: 'functions', type: functionProto, repeated: true },
});

const operatorSetProto: MessageType = () => ({
  1: { name: 'domain', type: 'string' },
  2: { name: 'version', type: 'int' },
});

const entryProto: MessageType = () => ({
  1: { name: 'key', type: 'string' },
  2: { name: 'value', type: 'string' },
});

export const graphProto: MessageType = () => ({
  1: { name: 'node', type: nodeProto, repeated: true },
  2: { name: 'name', type: 'string' },
  5: { name: 'initializer', type: tensorProto, repeated: true },
  11: { name: 'input', type: valueInfoProto, repeated: true },
  12: { name: 'output', type: valueInfoProto, repeated: true },
  13: { name: 'valueInfo', type: valueInfoProto, repeated: true },
  15: { name: 'sparseInitializer', type: sparseTensorProto, repeated: true },
});

const functionProto: MessageType = () => ({
  1: { name: 'name', type: 'string' },
  4: { name: 'input', type: 'string', repeated: true },
  5: { name: 'output', type: 'string', repeated: true },
  6: { name: 'attribute', type: 'string', repeated: true },
  7: { name: 'node', type: nodeProto, repeated: true },
  9: { name: 'opsetImport', type: operatorSetProto, repeated: true },
  10: { name: 'domain', type: 'string' },
  11: { name: 'attributeProto', type: attributeProto, repeated: true },
});

const nodeProto: MessageType = () => ({
  1: { name: 'input', type: 'string', repeated: true },
  2: { name: 'output', type: 'string', repeated: true },
  3: { name: 'name', type: 'string' },
  4: { name: 'opType', type: 'string' },
  5: { name: 'attribute', type: attributeProto, repeated: true },
  7: { name: 'domain', type: 'string' },
  9: { name: 'metadataProps', type: entryProto, repeated: true },
});

const attributeProto: MessageType = () => ({
  1: { name: 'name', type: 'string' },
  2: { name: 'f', type: 'float' },
  3: { name: 'i', type: 'int' },
  4: { name: 's', type: 'bytes' },
  5: { name: 't', type: tensorProto },
  6: { name: 'g', type: graphProto },
  7: { name: 'floats', type: 'float', repeated: true },
  8: { name: 'ints', type: 'int', repeated: true },
  9: { name: 'strings', type: 'bytes', repeated: true },
  11: { name: 'graphs', type: graphProto, repeated: true },
  20: { name: 'type', type: 'int' },
  21: { name: 'refAttrName', type: 'string' },
});

const valueInfoProto: MessageType = () => ({
  1: { name: 'name', type: 'string' },
  2: { name: 'type', type: typeProto },
});

const typeProto: MessageType = () => ({
  1: { name: 'tensorType', type: tensorTypeProto },
  4: { name: 'sequenceType', type: opaque },
  5: { name: 'mapType', type: opaque },
  8: { name: 'sparseTensorType', type: opaque },
  9: { name: 'optionalType', type: opaque },
});

const opaque: MessageType = () => ({});

const tensorTypeProto: MessageType = () => ({
  1: { name: 'elemType', type: 'int' },
  2: { name: 'shape', type: shapeProto },
});

const shapeProto: MessageType = () => ({ 1: { name: 'dim', type: dimensionProto, repeated: true } });

const dimensionProto: MessageType = () => ({
  1: { name: 'dimValue', type: 'int' },
  2: { name: 'dimParam', type: 'string' },
});

export const tensorProto: MessageType = () => ({
  1: { name: 'dims', type: 'int', repeated: true },
  2: { name: 'dataType', type: 'int' },
  4: { name: 'floatData', type: 'float', repeated: true },
  5: { name: 'int32Data', type: 'int', repeated: true },
  6: { name: 'stringData', type: 'bytes', repeated: true },
  7: { name: 'int64Data', type: 'int', repeated: true },
  8: { name: 'name', type: 'string' },
  9: { name: 'rawData', type: 'bytes' },
  10: { name: 'doubleData', type: 'double', repeated: true },
  11: { name: 'uint64Data', type: 'int', repeated: true },
  13: { name: 'externalData', type: entryProto, repeated: true },
  14: { name: 'dataLocation', type: 'int' },
});

const sparseTensorProto: MessageType = () => ({ 1: { name: 'values', type: tensorProto } });

export interface ModelProto {
  irVersion?: number;
  producerName?: string;
  producerVersion?: string;
  domain?: string;
  docString?: string;
  metadataProps?: EntryProto[];
  graph?: GraphProto;
  opsetImport?: OperatorSetProto[];
  functions?: FunctionProto[];
}

export interface OperatorSetProto {
  domain?: string;
  version?: number;
}

export interface EntryProto {
  key?: string;
  value?: string;
}

export interface GraphProto {
  node?: NodeProto[];
  name?: string;
  initializer?: TensorProto[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
  valueInfo?: ValueInfoProto[];
  sparseInitializer?: { values?: TensorProto }[];
}

export interface FunctionProto {
  name?: string;
  domain?: string;
  input?: string[];
  output?: string[];
  attribute?: string[];
  attributeProto?: AttributeProto[];
  node?: NodeProto[];
  opsetImport?: OperatorSetProto[];
}

export interface NodeProto {
  input?: string[];
  output?: string[];
  name?: string;
  opType?: string;
  attribute?: AttributeProto[];
  domain?: string;
  metadataProps?: EntryProto[];
}

export interface AttributeProto {
  name?: string;
  f?: number;
  i?: number;
  s?: Span;
  t?: TensorProto;
  g?: GraphProto;
  floats?: Packed;
  ints?: Packed;
  strings?: Span[];
  graphs?: GraphProto[];
  type?: number;
  refAttrName?: string;
}

export interface ValueInfoProto {
  name?: string;
  type?: {
    tensorType?: {
      elemType?: number;
      shape?: { dim?: { dimValue?: number; dimParam?: string }[] };
    };
    sequenceType?: object;
    mapType?: object;
    sparseTensorType?: object;
    optionalType?: object;
  };
}

export interface TensorProto {
  dims?: Packed;
  dataType?: number;
  floatData?: Packed;
  int32Data?: Packed;
  stringData?: Span[];
  int64Data?: Packed;
  name?: string;
  rawData?: Span;
  doubleData?: Packed;
  uint64Data?: Packed;
  externalData?: EntryProto[];
  dataLocation?: number;
}

/** TensorProto.DataType: its name, what it is here, and the bytes of an element. */
export const elementTypes: Readonly<Record<number, { name: string; dtype: DType; bytes: number }>> = {
  1: { name: 'FLOAT', dtype: 'float32', bytes: 4 },
  2: { name: 'UINT8', dtype: 'uint8', bytes: 1 },
  3: { name: 'INT8', dtype: 'int8', bytes: 1 },
  4: { name: 'UINT16', dtype: 'int32', bytes: 2 },
  5: { name: 'INT16', dtype: 'int32', bytes: 2 },
  6: { name: 'INT32', dtype: 'int32', bytes: 4 },
  7: { name: 'INT64', dtype: 'int64', bytes: 8 },
  /** As its place in the model's list of texts. */
  8: { name: 'STRING', dtype: 'int64', bytes: 0 },
  9: { name: 'BOOL', dtype: 'bool', bytes: 1 },
  10: { name: 'FLOAT16', dtype: 'float16', bytes: 2 },
  11: { name: 'DOUBLE', dtype: 'float64', bytes: 8 },
  12: { name: 'UINT32', dtype: 'int64', bytes: 4 },
  13: { name: 'UINT64', dtype: 'int64', bytes: 8 },
  16: { name: 'BFLOAT16', dtype: 'bfloat16', bytes: 2 },
  21: { name: 'UINT4', dtype: 'uint8', bytes: 0.5 },
  22: { name: 'INT4', dtype: 'int8', bytes: 0.5 },
};

/** The number of a type in a file. */
export const elementTypeOf: Readonly<Record<DType, number>> = {
  float32: 1,
  float64: 11,
  float16: 10,
  bfloat16: 16,
  int64: 7,
  int32: 6,
  int8: 3,
  uint8: 2,
  bool: 9,
};
