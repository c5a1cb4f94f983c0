using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>Where the weights of neighbouring neurons lie in a matrix: neuron <paramref name="Neuron"/> + i has its row or column <paramref name="Index"/> + i.</summary>
/// <param name="Parameter">The matrix.</param>
/// <param name="InRows">Whether a neuron has a row of it, or else a column.</param>
/// <param name="Neuron">The first neuron.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Index">The first row or column.</param>
internal readonly record struct NeuronWeights(Parameter Parameter, bool InRows, int Neuron, int Count, int Index);
