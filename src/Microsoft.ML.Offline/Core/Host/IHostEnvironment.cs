namespace Microsoft.ML.Runtime;

/// <summary>What components run in: messages, progress, random numbers, loadable classes.</summary>
public interface IHostEnvironment : IChannelProvider, IProgressChannelProvider
{
    /// <summary>The classes that models can be loaded with.</summary>
    ComponentCatalog ComponentCatalog { get; }

    /// <summary>An environment for one component, with random numbers of its own.</summary>
    IHost Register(string name, int? seed = null, bool? verbose = null);
}
