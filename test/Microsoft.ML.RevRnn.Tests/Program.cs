using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>
/// What the test assembly does when it is started as a program: it loads a model file in this new process, which has heard of none of our
/// types, and prints what the model makes of <see cref="TestData.Probes"/>. <see cref="OtherProcess"/> starts it. Where a data file is
/// given as well, the loader that was saved with the model reads it; there are such loaders in the package build only.
/// </summary>
internal static partial class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var modelPath, .. [] or [_] or [_, _]])
        {
            Console.Error.WriteLine(
                "Arguments: model file; name of the vector column to print, or nothing where the model is a language model; data file, or nothing.");
            return 2;
        }

        var context = new MLContext();
        if (arguments is [_, var column, var dataPath])
        {
            string[] read = [];
            LoadWithLoader(context, modelPath, column, dataPath, ref read);
            foreach (var line in read)
                Console.WriteLine(line);
            return 0;
        }

        var model = context.Model.Load(modelPath, out _);
        var probes = context.Data.LoadFromEnumerable(TestData.Probes);
        var lines = arguments is [_, var columnName]
            ? Bits.Lines(model.Transform(probes), columnName)
            : LanguageModelLines.Of((RevLanguageModelTransformer)model, probes);
        foreach (var line in lines)
            Console.WriteLine(line);
        return 0;
    }

    /// <summary>The lines of a column that a model makes of a data file, which is read by the loader that was saved with the model.</summary>
    static partial void LoadWithLoader(MLContext context, string modelPath, string columnName, string dataPath, ref string[] lines);
}
