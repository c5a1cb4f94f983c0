using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

internal static partial class Program
{
    static partial void LoadWithLoader(MLContext context, string modelPath, string columnName, string dataPath, ref string[] lines)
    {
        using var file = File.OpenRead(modelPath);
        var model = context.Model.LoadWithDataLoader(file, out var loader);
        lines = Bits.Lines(model.Transform(loader.Load(new Data.MultiFileSource(dataPath))), columnName);
    }
}
