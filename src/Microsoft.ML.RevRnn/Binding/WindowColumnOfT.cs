namespace Microsoft.ML.RevRnn.Binding;

/// <summary>Values that copying an assignment makes.</summary>
/// <param name="read">Gives the cursor's current value.</param>
/// <param name="window">The window.</param>
internal sealed class WindowColumn<T>(ValueGetter<T> read, RowWindow window) : WindowColumn
{
    private readonly T[] _values = new T[RowWindow.MostRows];

    public override Delegate Getter => new ValueGetter<T>(Get);

    public override void Read(int row) => read(ref _values[row]);

    public void Get(ref T value) => value = _values[window.Index];
}
