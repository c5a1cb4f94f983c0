using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How the outputs over time become one vector, which a classifier reads. A bidirectional network's directions are pooled each by itself.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolingKind>))]
public enum PoolingKind
{
    /// <summary>Mean and maximum of each unit over time, side by side: 2 H values.</summary>
    MeanMax = 0,

    /// <summary>Mean over time: H values.</summary>
    Mean = 1,

    /// <summary>Maximum over time: H values.</summary>
    Max = 2,

    /// <summary>The output after the last step: H values.</summary>
    Last = 3,

    /// <summary>
    /// sum of alpha_t h_t with alpha = softmax over time of v h_t / sqrt(H) and a learned vector v (after Yang et al. 2016, without their hidden layer): H values.
    /// </summary>
    Attention = 4,

    /// <summary>Mean, maximum and the output after the last step, side by side: 3 H values, "concat pooling" (Howard and Ruder 2018, section 3.3).</summary>
    MeanMaxLast = 5,
}
