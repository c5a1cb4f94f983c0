using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>What coverage is of: see <see cref="CoverageFigures"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoverageKind>))]
public enum CoverageKind
{
    /// <summary>Steps of the window at which the state's sum is near the largest that it was in training.</summary>
    Boundary,

    /// <summary>Steps of the window at which the state's sum changes nearly as much as it ever did in training.</summary>
    StepWise,

    /// <summary>Courses of the state's sum over the window, as words.</summary>
    Temporal,
}
