namespace Microsoft.ML.RevRnn.Export;

/// <summary>Types of tensors, by their numbers in ONNX (TensorProto.DataType).</summary>
internal enum OnnxElement
{
    Single = 1,
    Int32 = 6,
    Int64 = 7,
    Boolean = 9,
    Double = 11,
    UInt32 = 12,
}
