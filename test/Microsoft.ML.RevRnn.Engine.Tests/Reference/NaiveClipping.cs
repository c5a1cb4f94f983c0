namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Limits of gradients in double precision: each value to [-v, v] first, then all of them together by their norm, g min(1, n / |g|).</summary>
internal static class NaiveClipping
{
    /// <summary>The limited gradients, and the norm before.</summary>
    public static (double[][] Gradients, double Norm) Clip(double[][] gradients, double largest, double longest)
    {
        double[][] limited = [.. gradients.Select(gradient => Array.ConvertAll(gradient, value => Math.Clamp(value, -largest, largest)))];
        var scale = Math.Min(1, longest / Norm(limited));
        return ([.. limited.Select(gradient => Array.ConvertAll(gradient, value => scale * value))], Norm(gradients));
    }

    private static double Norm(double[][] gradients) => Math.Sqrt(gradients.Sum(gradient => gradient.Sum(value => value * value)));
}
