using System.Globalization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An option with a list of values.</summary>
/// <param name="name">Its name.</param>
/// <param name="values">The values.</param>
/// <param name="get">Reads the option.</param>
/// <param name="set">Sets it.</param>
/// <param name="describe">A value in words; null for its own.</param>
internal sealed class ChoiceDimension<T>(
    string name, IReadOnlyList<T> values, Func<RevRnnOptions, T> get, Action<RevRnnOptions, T> set, Func<T, string>? describe = null)
    : SearchDimension(name)
{
    public override int ChoiceCount => values.Count;

    public override string Describe() => string.Join(", ", values.Select(Text));

    public override double Of(RevRnnOptions options)
    {
        var value = get(options);
        for (var i = 0; i < values.Count; i++)
        {
            if (EqualityComparer<T>.Default.Equals(values[i], value))
                return i;
        }
        return value is int number ? values.Index().MinBy(each => Math.Abs((long)number - (int)(object)each.Item!)).Index : 0;
    }

    public override string Text(double coordinate) => Text(values[(int)coordinate]);

    public override void Apply(RevRnnOptions options, double coordinate) => set(options, values[(int)coordinate]);

    public override double Position(double coordinate) => values.Count == 1 ? 0.5 : coordinate / (values.Count - 1);

    public override double At(double position) => Math.Clamp((int)(position * values.Count), 0, values.Count - 1);

    private string Text(T value) => describe?.Invoke(value) ?? Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
