using Microsoft.ML;
using Spectre.Console;

namespace Samples;

/// <summary>Rows of a user's own.</summary>
internal static class TextFile
{
    /// <summary>Opens a file of rows 'text, tab, label'.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IDataView Load(MLContext ml, FileInfo file)
    {
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file '{file.FullName}'.");
        AnsiConsole.MarkupLineInterpolated($"Learning from {file.Name}.");
        return ml.Data.LoadFromTextFile<LabelledText>(file.FullName, separatorChar: '\t');
    }
}
