namespace Microsoft.ML.RevRnn;

/// <summary>A smaller model, and what it was made of.</summary>
/// <param name="Model">The model.</param>
/// <param name="Report">Sizes, losses, and the trainings.</param>
/// <typeparam name="TModel">The kind of model.</typeparam>
public sealed record ShrinkResult<TModel>(TModel Model, ShrinkReport Report);
