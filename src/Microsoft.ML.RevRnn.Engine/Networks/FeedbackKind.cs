using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>What of a network's outputs it reads at the next step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeedbackKind>))]
public enum FeedbackKind
{
    /// <summary>Nothing: only states go from step to step.</summary>
    None = 0,

    /// <summary>
    /// The class of the token before, as a learned vector [I] of each class that is added to the token's own; nothing at the first token. Training reads the true class (teacher
    /// forcing), prediction the most probable one, which may be wrong in a way that training never saw (exposure bias). With <see cref="CellKind.Elman"/> it takes the place of the
    /// hidden state, which then goes nowhere (Goodfellow et al. 2016, figure 10.4): h := tanh(x W + y F W + b), x [I] and y [C] the class before, F [C, I]; no gradient crosses a step. Other
    /// cells have both. For taggers.
    /// </summary>
    Output = 1,
}
