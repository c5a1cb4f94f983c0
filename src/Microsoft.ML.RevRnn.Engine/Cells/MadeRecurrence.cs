namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// Recurrent weights and biases that are not learned themselves but made of fewer learned values, once for each change of these: a step then costs what that of any
/// cell does, and the gradient is taken back to the learned values once a batch. Logical layouts, without padding; in double, as all steps of a batch share them.
/// </summary>
internal abstract class MadeRecurrence
{
    /// <param name="shape">Of the layer.</param>
    /// <param name="rows">Rows of what is learned.</param>
    /// <param name="columns">Its columns.</param>
    protected MadeRecurrence(CellShape shape, int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        Learned = new double[rows * columns];
        var readers = shape.GateCount - shape.Spec.HiddenlessGates.Length;
        Hidden = new double[shape.Half * readers * shape.Half];
        Bias = new double[shape.GateCount * shape.Half];
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>[rows, columns].</summary>
    public double[] Learned { get; }

    /// <summary>[rows, columns]: what <see cref="PullBack"/> gives.</summary>
    public double[] LearnedGradient => field ??= new double[Learned.Length];

    /// <summary>[P, G P] of the gates that read the hidden state: what <see cref="Make"/> gives.</summary>
    public double[] Hidden { get; }

    /// <summary>[P, G P].</summary>
    public double[] HiddenGradient => field ??= new double[Hidden.Length];

    /// <summary>[1, G P] of all gates: what <see cref="Make"/> gives.</summary>
    public double[] Bias { get; }

    /// <summary>[1, G P].</summary>
    public double[] BiasGradient => field ??= new double[Bias.Length];

    /// <summary>Initial values of a row are uniform in +- this.</summary>
    public abstract float InitialBound(int row);

    /// <summary>Weights and biases, of what is learned.</summary>
    public abstract void Make();

    /// <summary>The gradient by what is learned, from those by weights and biases.</summary>
    public abstract void PullBack();
}
