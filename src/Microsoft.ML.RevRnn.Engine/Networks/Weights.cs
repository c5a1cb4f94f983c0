namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The precision of all parameters of a model.</summary>
internal static class Weights
{
    /// <summary>What they are rounded to: all matrices, or none.</summary>
    public static WeightPrecision PrecisionOf(IEnumerable<Parameter> parameters) => parameters.Any(parameter => parameter.IsInt8) ? WeightPrecision.Int8 : WeightPrecision.Single;

    /// <summary>Gives fresh parameters the values of others of the same shapes, rounded to a precision.</summary>
    public static void Copy(IEnumerable<Parameter> source, IEnumerable<Parameter> target, WeightPrecision precision)
    {
        foreach (var (to, from) in target.Zip(source))
        {
            to.CopyValuesFrom(from);
            if (precision == WeightPrecision.Int8)
                to.RoundToInt8();
        }
    }
}
