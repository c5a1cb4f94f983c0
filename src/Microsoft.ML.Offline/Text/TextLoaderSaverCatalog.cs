using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Text files.</summary>
public static class TextLoaderSaverCatalog
{
    /// <summary>The rows of a text file with the given columns.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The file.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="separatorChar">What stands between fields.</param>
    /// <param name="hasHeader">Whether the first line has names.</param>
    /// <param name="allowQuoting">Whether fields may stand in quotes.</param>
    /// <param name="trimWhitespace">Whether white space at the end of a line is left out.</param>
    /// <param name="allowSparse">Whether lines may have fields as index:value; not supported here.</param>
    public static IDataView LoadFromTextFile(
        this DataOperationsCatalog catalog,
        string path,
        TextLoader.Column[] columns,
        char separatorChar = TextLoader.Defaults.Separator,
        bool hasHeader = TextLoader.Defaults.HasHeader,
        bool allowQuoting = TextLoader.Defaults.AllowQuoting,
        bool trimWhitespace = TextLoader.Defaults.TrimWhitespace,
        bool allowSparse = TextLoader.Defaults.AllowSparse)
    {
        CheckPath(path);
        var options = MakeOptions(separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse);
        options.Columns = columns;
        return new TextLoader(catalog.GetEnvironment(), options).Load(path);
    }

    /// <summary>The rows of a text file; columns are the members of a class, which say which fields they are read from.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The file.</param>
    /// <param name="separatorChar">What stands between fields.</param>
    /// <param name="hasHeader">Whether the first line has names.</param>
    /// <param name="allowQuoting">Whether fields may stand in quotes.</param>
    /// <param name="trimWhitespace">Whether white space at the end of a line is left out.</param>
    /// <param name="allowSparse">Whether lines may have fields as index:value; not supported here.</param>
    public static IDataView LoadFromTextFile<TInput>(
        this DataOperationsCatalog catalog,
        string path,
        char separatorChar = TextLoader.Defaults.Separator,
        bool hasHeader = TextLoader.Defaults.HasHeader,
        bool allowQuoting = TextLoader.Defaults.AllowQuoting,
        bool trimWhitespace = TextLoader.Defaults.TrimWhitespace,
        bool allowSparse = TextLoader.Defaults.AllowSparse)
    {
        CheckPath(path);
        var options = MakeOptions(separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse);
        return TextLoader.Create<TInput>(catalog.GetEnvironment(), options).Load(path);
    }

    /// <summary>The rows of a text file; columns are the members of a class, which say which fields they are read from.</summary>
    public static IDataView LoadFromTextFile<TInput>(this DataOperationsCatalog catalog, string path, TextLoader.Options options)
    {
        CheckPath(path);
        Contracts.CheckValue(options, nameof(options));
        return TextLoader.Create<TInput>(catalog.GetEnvironment(), options).Load(path);
    }

    private static TextLoader.Options MakeOptions(char separator, bool hasHeader, bool allowQuoting, bool trimWhitespace, bool allowSparse) => new()
    {
        Separators = [separator],
        HasHeader = hasHeader,
        AllowQuoting = allowQuoting,
        TrimWhitespace = trimWhitespace,
        AllowSparse = allowSparse,
    };

    private static void CheckPath(string path)
    {
        Contracts.CheckNonEmpty(path, nameof(path));
        Contracts.CheckParam(File.Exists(path), nameof(path), $"There is no file '{path}'.");
    }
}
