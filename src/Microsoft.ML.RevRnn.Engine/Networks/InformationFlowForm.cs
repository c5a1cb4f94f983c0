using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>Of which ratios <see cref="TrainingOptions.InformationFlow"/> is made, with g_t the gradient by the state after step t and v_t what of it passes to the step before.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InformationFlowForm>))]
public enum InformationFlowForm
{
    /// <summary>
    /// sum over t of the mean over rows of (|v_t|^2 / |g_t|^2 - 1)^2, over the sum over t of the part of the rows that count: those with |g_t|^2 from 1e-20 on. As in the authors'
    /// public code.
    /// </summary>
    SquaredNorms = 0,

    /// <summary>sum over t of the mean over rows of (|v_t| / |g_t| - 1)^2.</summary>
    Norms = 1,
}
