using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>
/// What the test assembly does when it is started as a program: it loads a model file in this new process, which has heard of none of our
/// types, and prints what the model makes of <see cref="TestData.Probes"/>. <see cref="OtherProcess"/> starts it.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var modelPath, .. [] or [_]])
        {
            Console.Error.WriteLine("Arguments: model file; name of the vector column to print, or nothing where the model is a language model.");
            return 2;
        }

        var context = new MLContext();
        var model = context.Model.Load(modelPath, out _);
        var probes = context.Data.LoadFromEnumerable(TestData.Probes);
        var lines = arguments is [_, var columnName]
            ? Bits.Lines(model.Transform(probes), columnName)
            : LanguageModelLines.Of((RevLanguageModelTransformer)model, probes);
        foreach (var line in lines)
            Console.WriteLine(line);
        return 0;
    }
}
