namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How near an exported classifier is to the library's own, on texts that it was not trained on.</summary>
internal sealed class OnnxSuite : ISuite
{
    private const int Rows = 2000;
    private const int Epochs = 3;

    public string Name => "onnx";

    public string Title => "exported classifiers in ONNX Runtime against the library";

    public string Method =>
        $"The documentation sample's classifier after {Epochs} epochs, written with SaveAsOnnx; of {Rows:N0} held-out texts the part whose class is the library's, and mean and greatest difference of probabilities: in ONNX "
        + "Runtime in padded batches of 50 (in fixed point and, /rounded, with rounded gates), and /apply row by row through ML.NET's ApplyOnnxModel. /alone is the network without n-grams. "
        + "/time is seconds of all texts against the library's own Transform, each on its own threads.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var cell in Support.ReversibleCells)
        {
            foreach (var usesNGrams in (bool[])[true, false])
            {
                var name = $"{cell}/documentation{(usesNGrams ? "" : "/alone")}";
                if (settings.Wants(name))
                    Run(settings, report, name, cell, usesNGrams);
            }
        }
    }

    private void Run(Settings settings, IReport report, string name, CellKind cell, bool usesNGrams)
    {
        var exported = ExportedClassifier.Train(cell, usesNGrams, Epochs, settings.Threads, Rows);
        using var folder = new TemporaryDirectory();
        foreach (var arithmetic in Enum.GetValues<OnnxArithmetic>())
        {
            var path = folder.File($"{arithmetic}.onnx");
            var aspect = arithmetic == OnnxArithmetic.FixedPoint ? "" : "rounded";
            exported.Model.SaveAsOnnx(path, new OnnxExportOptions { Arithmetic = arithmetic });
            Add(report, name, aspect, exported, exported.RunBatches(path));
            if (arithmetic == OnnxArithmetic.FixedPoint)
                Add(report, name, "apply", exported, exported.Apply(path));
        }
    }

    private void Add(IReport report, string name, string aspect, ExportedClassifier exported, (float[][] Scores, double Seconds) other)
    {
        var (same, mean, greatest) = exported.Compare(other.Scores);
        Also("same class", same, "");
        Also("mean", mean * 1e6, "millionths");
        Also("greatest", greatest * 1e6, "millionths");
        report.Add(new Measurement(Name, name, other.Seconds, "s") { Aspect = $"{aspect}/time".Trim('/'), Theirs = exported.Seconds, Against = "the library" });

        void Also(string what, double value, string unit) => report.Add(new Measurement(Name, name, value, unit) { Aspect = $"{aspect}/{what}".Trim('/') });
    }
}
