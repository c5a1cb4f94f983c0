namespace Microsoft.ML.RevRnn;

/// <summary>A trained model and the account of its training.</summary>
/// <param name="Model">The model.</param>
/// <param name="Report">How it came about.</param>
/// <typeparam name="TModel">The kind of model.</typeparam>
public sealed record TrainingResult<TModel>(TModel Model, TrainingReport Report);
