using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How weights follow their gradients.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptimizerKind>))]
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019). Learning rates about 1e-3.</summary>
    AdamW = 0,

    /// <summary>Stochastic gradient descent without momentum. For language models learning rates of 1 to 30, with a small gradient norm.</summary>
    Sgd = 1,
}
