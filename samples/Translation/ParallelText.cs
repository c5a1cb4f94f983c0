namespace Translation;

/// <summary>Two text files of which each line of the one is the translation of the same line of the other.</summary>
internal static class ParallelText
{
    /// <summary>Reads both.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">One has more lines than the other; the message names both, and the first line without another.</exception>
    public static Pair[] Read(FileInfo source, FileInfo target)
    {
        foreach (var file in new[] { source, target })
        {
            if (!file.Exists)
                throw new FileNotFoundException($"There is no file '{file.FullName}'.");
        }
        var (sources, targets) = (File.ReadAllLines(source.FullName), File.ReadAllLines(target.FullName));
        if (sources.Length != targets.Length)
        {
            var (longer, shorter) = sources.Length > targets.Length ? (source, target) : (target, source);
            var line = Math.Min(sources.Length, targets.Length) + 1;
            throw new InvalidDataException(
                $"'{source.FullName}' has {sources.Length} lines, and '{target.FullName}' {targets.Length}: line {line} of '{longer.Name}' has none in '{shorter.Name}' that it " +
                "would be paired with. A line of the one must be the translation of the same line of the other; see whether one of the files is cut off, or has blank lines in it.");
        }
        return [.. sources.Zip(targets, (text, translation) => new Pair { Source = text, Target = translation })];
    }
}
