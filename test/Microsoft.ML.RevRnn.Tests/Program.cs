using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Experiments;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>
/// What the test assembly does when it is started as a program: it loads a model file in this new process, which has heard of none of our
/// types, and prints what the model makes of <see cref="TestData.Probes"/>. <see cref="OtherProcess"/> starts it. Where a data file is
/// given as well, the loader that was saved with the model reads it. With "experiment" and a folder it runs an experiment there, to be killed.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is ["experiment", var folder])
        {
            SmallExperiment.Execute(ExperimentResumptionTests.Settings(folder));
            return 0;
        }
        if (arguments is not [var modelPath, .. [] or [_] or [_, _]])
        {
            Console.Error.WriteLine(
                "Arguments: model file; name of the vector column to print, or nothing where the model is a language model or translates; data file, or nothing.");
            return 2;
        }

        foreach (var line in Lines(new MLContext(), modelPath, arguments[1..]))
            Console.WriteLine(line);
        return 0;
    }

    private static string[] Lines(MLContext context, string modelPath, string[] options)
    {
        if (options is [var column, var dataPath])
        {
            var modelWithLoader = context.Model.LoadWithDataLoader(modelPath, out var loader);
            return Bits.Lines(modelWithLoader.Transform(loader.Load(new MultiFileSource(dataPath))), column);
        }

        var model = context.Model.Load(modelPath, out _);
        var probes = context.Data.LoadFromEnumerable(TestData.Probes);
        return options is [var columnName]
            ? Bits.Lines(model.Transform(probes), columnName)
            : model is RevTranslationTransformer
            ? PairData.Lines(model, PairData.ProbeData())
            : LanguageModelLines.Of((RevLanguageModelTransformer)model, probes);
    }
}
