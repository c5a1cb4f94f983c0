using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Options as C#: what differs from the defaults.</summary>
internal static class OptionsCode
{
    private const string Indent = "    ";

    /// <summary>A statement that makes the options, and one that makes what is trained with them.</summary>
    public static string Write(RevRnnOptions options)
    {
        var text = new StringBuilder();
        text.Append("var options = new ").Append(options.GetType().Name).Append("\n{\n");
        foreach (var line in Members(options, Activator.CreateInstance(options.GetType())!))
            text.Append(Indent).Append(line).Append(",\n");
        text.Append("};\n");
        text.Append("var trainer = mlContext.").Append(Catalog(options)).Append("(options);\n");
        return text.ToString();
    }

    /// <summary>What of n-grams differs from the defaults, in words.</summary>
    public static string Describe(NGramOptions options)
        => string.Join(", ", Members(options, new NGramOptions()).Select(member => member.Replace(" =", "", StringComparison.Ordinal).TrimEnd('f')).DefaultIfEmpty("default"));

    private static string Catalog(RevRnnOptions options)
    {
        var cell = options.Network.Cell is CellKind.RevGru or CellKind.RevLstm ? options.Network.Cell.ToString() : "Rnn";
        return options switch
        {
            RevRnnBinaryClassificationOptions => "BinaryClassification.Trainers." + cell,
            RevLanguageModelOptions => "Transforms.Text.RevLanguageModel",
            _ => "MulticlassClassification.Trainers." + cell,
        };
    }

    private static IEnumerable<string> Members(object value, object byDefault)
    {
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (own, other) = (property.GetValue(value), property.GetValue(byDefault));
            if (property.SetMethod is not { IsPublic: true } || Equals(own, other))
                continue;
            if (own == null)
                yield return $"{property.Name} = null";
            else if (Text(own, other) is { } text)
                yield return $"{property.Name} = {text}";
        }
    }

    /// <summary>A value; null of one that has no text.</summary>
    private static string? Text(object value, object? byDefault) => value switch
    {
        RevLanguageModelTransformer => "languageModel /* the one to start from */",
        bool flag => flag ? "true" : "false",
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        int number => number.ToString(CultureInfo.InvariantCulture),
        string text => Quote(text),
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quote))}]",
        Enum named => $"{named.GetType().Name}.{named}",
        TimeSpan time => $"TimeSpan.FromTicks({time.Ticks.ToString(CultureInfo.InvariantCulture)})",
        CancellationToken or Delegate or IEnumerable => null,
        _ when value.GetType().Namespace == typeof(NetworkOptions).Namespace && Activator.CreateInstance(value.GetType()) is { } empty
            => $"new() {{ {string.Join(", ", Members(value, byDefault ?? empty))} }}",
        _ => null,
    };

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
