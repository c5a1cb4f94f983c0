namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A golden file of attention, and what the reference makes of it. Arrays are the file's: [T, B, H], [S, B, C]. Contexts are given, or made of a table's vectors and slices, each times a mask of its row.
/// </summary>
internal sealed class AttentionFile
{
    public AttentionFile(string name)
    {
        File = GoldenFile.Load(name);
        Attention = new ReferenceAttention(File.Numbers("params", "w_in"), File.Numbers("params", "w_out"));
        Queries = Variables(Steps, "q");
        Given = Variables(SourceSteps, HasSlices ? "slice" : "ctx");
        Table = new Variable(HasSlices ? File.Numbers("table") : []);
        Results = [.. Queries.Select(ofStep => ofStep.Select((q, b) => Attention.Read(q, Contexts[b])).ToArray())];
    }

    public GoldenFile File { get; }

    public ReferenceAttention Attention { get; }

    public int Rows => File.Int("B");

    public int Steps => File.Int("T");

    public int SourceSteps => File.Int("S");

    public int Units => File.Int("H");

    public bool HasSlices => File.Has("slice");

    /// <summary>E, where there is a table.</summary>
    public int Width => File.Count("table", 0);

    /// <summary>[T][B].</summary>
    public Variable[][] Queries { get; }

    /// <summary>[S][B] contexts, or slices.</summary>
    public Variable[][] Given { get; }

    /// <summary>[V, E].</summary>
    public Variable Table { get; }

    /// <summary>[T][B].</summary>
    public ReferenceAttention.Step[][] Results { get; }

    private Variable[] Contexts => field ??= [.. Enumerable.Range(0, Rows).Select(b => Variable.Join([.. Enumerable.Range(0, Length(b)).Select(s => Context(s, b))]))];

    public int Length(int b) => File.Int("lengths", b);

    /// <summary>Goes back over all from the file's loss, which is linear; its part by alpha, which the engine does not give, can be left out. Returns the loss.</summary>
    public double Backward(bool withAlpha = true)
    {
        var outputs = new List<(Variable Output, double[] Weights)>();
        foreach (var (t, ofStep) in Results.Index())
        {
            foreach (var (b, result) in ofStep.Index())
            {
                outputs.Add((result.Output, File.Numbers("loss_weight_out", t, b)));
                if (withAlpha && File.Has("loss_weight_alpha"))
                    outputs.Add((result.Alpha, File.Numbers("loss_weight_alpha", t, b)[..Length(b)]));
            }
        }
        Variable.Backward([.. outputs]);
        return outputs.Sum(output => output.Output.Value.Zip(output.Weights, (value, weight) => value * weight).Sum());
    }

    private Variable Context(int s, int b) => !HasSlices ? Given[s][b] : Variable.Join(
        new Variable(File.Numbers("mask", b)) * Table.Slice(File.Int("ids", s, b) * Width, Width), new Variable(File.Numbers("mask_slice", b)) * Given[s][b]);

    private Variable[][] Variables(int steps, string name) =>
        [.. Enumerable.Range(0, steps).Select(step => Enumerable.Range(0, Rows).Select(b => new Variable(File.Numbers(name, step, b))).ToArray())];
}
