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
        if (arguments is not [var modelPath, var columnName])
        {
            Console.Error.WriteLine("Arguments: model file, name of the vector column to print.");
            return 2;
        }

        var context = new MLContext();
        var model = context.Model.Load(modelPath, out _);
        foreach (var line in Bits.Lines(model.Transform(context.Data.LoadFromEnumerable(TestData.Probes)), columnName))
            Console.WriteLine(line);
        return 0;
    }
}
