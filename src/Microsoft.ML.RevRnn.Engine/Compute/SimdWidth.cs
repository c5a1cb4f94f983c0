namespace Microsoft.ML.RevRnn.Compute;

/// <summary>The register width the kernels are specialised to.</summary>
internal enum SimdWidth
{
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}
