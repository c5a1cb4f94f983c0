using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>What a <see cref="MultiLabelClassifier"/> as ONNX gives out, of N rows and C labels.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnnxLabelOutputs>))]
public enum OnnxLabelOutputs
{
    /// <summary><c>Score</c>, the log odds, and <c>Probability</c>, each Single [N, C].</summary>
    LogOdds = 0,

    /// <summary><c>Score</c>, the probabilities, Single, and <c>PredictedLabel</c>, whether they are above 1/2, Boolean, each [N, C]: the columns of a pipeline that tells several labels.</summary>
    Labels = 1,

    /// <summary>Of one label: <c>Score</c>, the log odds, <c>Probability</c>, and <c>PredictedLabel</c>, whether the log odds are above 0, each [N, 1]: the columns of a binary classifier.</summary>
    Binary = 2,
}
