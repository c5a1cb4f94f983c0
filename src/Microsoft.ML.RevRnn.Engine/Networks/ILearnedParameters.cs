namespace Microsoft.ML.RevRnn.Networks;

/// <summary>All that a model learns, as training and its checkpoints need it.</summary>
internal interface ILearnedParameters
{
    /// <summary>The network that is worked on chunk by chunk; of two of the same size the one that reads.</summary>
    NetworkShape Network { get; }

    /// <summary>The parameters with dense gradients: all, but token vectors that are not output weights too.</summary>
    IEnumerable<Parameter> Dense { get; }

    /// <summary>All, in the order of the model file.</summary>
    IEnumerable<Parameter> All { get; }

    /// <summary>Writes what they are made of.</summary>
    void WriteIdentity(BinaryWriter writer);
}
