namespace Microsoft.ML.RevRnn.Cells;

/// <summary>The equations of a cell of several products a step, for one row whose gates are given as far as the stages before have made them.</summary>
internal unsafe interface IStagedEquations<TFloat, TInt>
{
    /// <summary>Makes the vectors that a stage reads, side by side, <paramref name="stride"/> apart, of earlier gates and the states before the step.</summary>
    static abstract void Derive(in HalfRow row, int stage, float* vectors, int stride);

    /// <summary>The states after the step, when all gates are there.</summary>
    static abstract void Forward(in HalfRow row, int stages);

    /// <summary>
    /// From the gradients by the states after the step to those by the pre-activations of the last gates, in place of the gates, and by the states before the step as far as
    /// they do not come through a product. There is room for as many values as all stages read.
    /// </summary>
    static abstract void Backward(in HalfRow row, int stages, float* room);

    /// <summary>From the gradient by what <see cref="Derive"/> made to those by the pre-activations of the gates that it was made of, and by the states before the step.</summary>
    static abstract void BackwardDerive(in HalfRow row, int stage, float* gradient, int stride);
}
