namespace Microsoft.ML.RevRnn.Cells;

/// <summary>What an update adds to a state; unit is the first of a register's.</summary>
internal interface IAddend<TFloat>
{
    TFloat Value(int unit);

    /// <summary>The new state's derivative by the keep gate: the old state, and what the addend gains where it depends on that gate too.</summary>
    TFloat SlopeByKeep(TFloat before, int unit);

    /// <summary>From the gradient by the new state to those by what the addend is made of; gates' gradients take the gates' places.</summary>
    void Backward(TFloat gradient, int unit);
}
