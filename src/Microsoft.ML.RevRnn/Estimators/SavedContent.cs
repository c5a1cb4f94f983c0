using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>The content of a saved component, read up to what is its own.</summary>
/// <param name="Host">The host of what is made of it.</param>
/// <param name="Tokenization">How a value of the column that is read becomes tokens.</param>
/// <param name="Report">What training did; null where the content has none.</param>
/// <param name="Reader">Stands at what the component itself wrote.</param>
/// <param name="IsFirstVersion">Whether version 0.1 of the library wrote it.</param>
internal sealed record SavedContent(IHost Host, Tokenization Tokenization, TrainingReport? Report, BinaryReader Reader, bool IsFirstVersion);
