namespace Microsoft.ML;

/// <summary>Loads models so that a failure says which file it is about, and why.</summary>
public static class CheckedModelLoading
{
    /// <summary>
    /// Loads a model, RevRnn's or any other, like <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/>, but a file that cannot be read is always the
    /// same exception.
    /// </summary>
    /// <param name="catalog">The catalog of model operations.</param>
    /// <param name="filePath">Where it was saved.</param>
    /// <param name="inputSchema">The schema of its input; null where it was saved without.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, no model, or of a newer version, or an assembly that it needs is not there; the message has the file's path and the reason.
    /// </exception>
    /// <exception cref="IOException">There is no such file, or it cannot be opened; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <example>
    /// <code>
    /// var model = mlContext.Model.LoadChecked("model.zip", out var inputSchema);
    /// </code>
    /// </example>
    public static ITransformer LoadChecked(this ModelOperationsCatalog catalog, string filePath, out DataViewSchema? inputSchema)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var file = File.OpenRead(filePath);
        try
        {
            return catalog.Load(file, out inputSchema);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new InvalidDataException($"The model could not be loaded from '{filePath}'. {Reason(failure).Message}", failure);
        }
    }

    /// <summary>What a component says of its content, else the innermost exception: ML.NET wraps both in exceptions that say nothing.</summary>
    private static Exception Reason(Exception failure)
    {
        for (var cause = failure; cause != null; cause = cause.InnerException)
        {
            if (cause is FormatException)
                return cause;
        }
        return failure.GetBaseException();
    }
}
