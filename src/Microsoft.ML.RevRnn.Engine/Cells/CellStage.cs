namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// A further product within a step: gates whose pre-activation is, besides what their source says, linear in vectors that the cell makes of earlier gates and of states.
/// </summary>
/// <param name="Gates">The gates that read them; of no other stage.</param>
/// <param name="Reads">How many vectors of H values they read.</param>
internal readonly record struct CellStage(GateRun Gates, int Reads);
