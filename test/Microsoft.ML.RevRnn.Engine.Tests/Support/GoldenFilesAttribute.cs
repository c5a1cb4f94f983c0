using System.Reflection;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Runs a test once for each golden file whose name begins so, with its name and what else is given: files of other sizes that are put beside the reference's own are tests at once.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class GoldenFilesAttribute(string beginning, params object[] others) : Attribute, ITestDataSource
{
    public IEnumerable<object?[]> GetData(MethodInfo methodInfo)
    {
        object?[][] rows = [.. GoldenFile.Names(beginning).Select(name => (object?[])[name, .. others])];
        return rows.Length > 0 ? rows : throw new InvalidOperationException($"There is no golden file {beginning}.");
    }

    public string? GetDisplayName(MethodInfo methodInfo, object?[]? data) => $"{methodInfo.Name} ({string.Join(", ", data ?? [])})";
}
