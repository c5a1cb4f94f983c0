using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>By what the neurons are chosen that a smaller network keeps.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NeuronSelectionMethod>))]
public enum NeuronSelectionMethod
{
    /// <summary>
    /// By gates that are learned with the weights: hard-concrete ones (Louizos et al. 2018) under a penalty of how many are open, a gate for each neuron, so that all of its weights
    /// go together (Wen et al. 2020, Structured Pruning of Recurrent Neural Networks through Neuron Selection).
    /// </summary>
    HardConcrete = 0,

    /// <summary>By the product of two norms, that of the weights which make a neuron's value and that of the weights which read it; nothing is trained before they are chosen.</summary>
    Magnitude = 1,
}
