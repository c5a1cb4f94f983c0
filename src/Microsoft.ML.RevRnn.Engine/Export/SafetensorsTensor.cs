namespace Microsoft.ML.RevRnn.Export;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">F32 or U8.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Begin">Where it begins behind the header.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct SafetensorsTensor(string Name, string Type, long[] Shape, long Begin, long Length);
