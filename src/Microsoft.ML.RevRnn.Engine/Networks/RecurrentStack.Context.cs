namespace Microsoft.ML.RevRnn.Networks;

/// <content>What the context of a sequence has to do with its outputs.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>The gradient by the context of a row, [C], after <see cref="FinishBackward"/> of a batch that began with it.</summary>
    public float[] ContextGradient(int row) => _context!.ContextGradient(_contextStates, row);
}
