namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>What a classification pipeline that ends in MapKeyToValue makes of a row.</summary>
internal sealed class Prediction
{
    public float[] Score { get; set; } = [];

    public string PredictedLabel { get; set; } = "";
}
