using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A golden file of one layer of a cell over sequences of one length. Arrays are the file's: [T, B, I], [T, B, H], [B, H].</summary>
internal sealed class CellFile
{
    private static readonly string[] _beginnings = ["revlstm_", "revgru_", "nf_rev", "lstm_", "gru_", "rnn_tanh", "nested_lstm", "leaky_elman"];

    public CellFile(string name)
    {
        File = GoldenFile.Load(name);
        Shape = GoldenLayer.ShapeOf(File);
    }

    /// <summary>All that there are, but for those in fixed point, which hold other things.</summary>
    public static IEnumerable<string> Names => GoldenFile.Names(_beginnings).Where(name => !name.Contains("_fixed", StringComparison.Ordinal));

    public GoldenFile File { get; }

    public CellShape Shape { get; }

    public int Steps => File.Int("T");

    public int Rows => File.Int("B");

    /// <summary>m of z = m sigmoid(a) + (1 - m).</summary>
    public double Range => File.Has("max_forget") ? File.Number("max_forget") : 1;

    private IReadOnlyList<string> States => Shape.Spec.States;

    /// <summary>Leaky units have one state, and no loss of the last.</summary>
    private bool NamesStates => File.Has("state0");

    public double[] Start(int state) => NamesStates ? File.Numbers("state0", States[state]) : File.Numbers("h0");

    public double[] StartGradient(int state) => NamesStates ? File.Numbers("grad_state0", States[state]) : File.Numbers("grad_h0");

    public double[] After(int step, int state) => NamesStates ? File.Numbers("states", step, States[state]) : File.Numbers("out", step);

    public double[] End(int state) => NamesStates ? File.Numbers("final_state", States[state]) : After(Steps - 1, state);

    public double[] EndGradient(int state) => NamesStates ? File.Numbers("loss_weight_final_state", States[state]) : new double[Rows * Shape.Units];
}
