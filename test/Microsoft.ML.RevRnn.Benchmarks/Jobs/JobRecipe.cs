namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How a job's model is trained, ours and TorchSharp's.</summary>
internal static class JobRecipe
{
    public const int Classes = 2;
    public const float LearningRate = 1e-3f;
    public const float MaximumGradientNorm = 1;
}
