using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Text with markup. What is put into the markup's braces is escaped, so that no name of a class, whoever gave it, can be more than a name.</summary>
internal sealed class Html : IFormatProvider, ICustomFormatter
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a line of markup.</summary>
    public Html Add(FormattableString markup)
    {
        _text.AppendFormat(this, markup.Format, markup.GetArguments()).Append('\n');
        return this;
    }

    /// <summary>Adds markup without a line break behind it, where that would be seen.</summary>
    public Html AddSpan(FormattableString markup)
    {
        _text.AppendFormat(this, markup.Format, markup.GetArguments());
        return this;
    }

    /// <summary>Adds markup that has nothing put in.</summary>
    public Html AddConstant(string markup)
    {
        _text.Append(markup).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    object? IFormatProvider.GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

    string ICustomFormatter.Format(string? format, object? arg, IFormatProvider? formatProvider) => WebUtility.HtmlEncode(
        arg is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : arg?.ToString() ?? "");
}
