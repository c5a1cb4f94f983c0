namespace Microsoft.ML.RevRnn.Input;

/// <summary>Which part of a file has been read; ML.NET asks when it wants to know, on a thread of its own.</summary>
internal sealed class ReadPosition : IProgress<double>
{
    private double _fraction;

    /// <summary>The part, 0 to 1.</summary>
    public double Fraction => Volatile.Read(ref _fraction);

    public void Report(double value) => Volatile.Write(ref _fraction, value);
}
