using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>How a prediction engine is made.</summary>
public sealed class PredictionEngineOptions
{
    /// <summary>Whether members of the prediction may have no column.</summary>
    public bool IgnoreMissingColumns = true;

    /// <summary>Which members of the example are which columns; null for what their attributes say.</summary>
    public SchemaDefinition? InputSchemaDefinition;

    /// <summary>Which members of the prediction are which columns; null for what their attributes say.</summary>
    public SchemaDefinition? OutputSchemaDefinition;

    /// <summary>Whether the engine disposes of the transformer.</summary>
    public bool OwnsTransformer = true;
}
