namespace Microsoft.ML.Data;

/// <summary>The transformers of a chain, whatever the type of its last one.</summary>
internal interface ITransformerChainAccessor
{
    ITransformer[] Transformers { get; }

    TransformerScope[] Scopes { get; }
}
