namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The order of a chunk's recurrent work: a diagonal wave over layers and steps (Appleyard, Kocisky, Blunsom 2016, Optimizing Performance of Recurrent Neural Networks on GPUs). A task is one
/// layer's work over some steps. It waits for the same layer's task before, and for that of the layer before over the same steps; a round is of tasks that wait for nothing, so that all of
/// them can be worked on at once. What a task computes does not depend on the round that it is in: no order changes a bit.
/// </summary>
/// <param name="layers">L.</param>
internal sealed class Wave(int layers)
{
    /// <summary>Of each layer, in the order's sequence of layers, how many tasks are done.</summary>
    private readonly int[] _done = new int[layers];
    private readonly WaveTask[] _tasks = new WaveTask[layers];
    private WaveOrder _order;
    private WaveShape _shape;
    private int _steps;
    private int _tasksOfLayer;
    private int _count;

    /// <summary>The round's tasks, of different layers, in the order's sequence of layers.</summary>
    public ReadOnlySpan<WaveTask> Tasks => _tasks.AsSpan(0, _count);

    /// <summary>Starts a chunk; <see cref="Next"/> gives the first round.</summary>
    /// <param name="order">The order.</param>
    /// <param name="steps">Steps of the chunk.</param>
    /// <param name="shape">How it is cut.</param>
    public void Begin(WaveOrder order, int steps, WaveShape shape)
    {
        Array.Clear(_done);
        (_order, _shape, _steps, _count) = (order, shape with { Steps = Math.Min(shape.Steps, steps) }, steps, 0);
        _tasksOfLayer = (steps + _shape.Steps - 1) / _shape.Steps;
    }

    /// <summary>Goes on to the next round.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        _count = 0;
        Span<bool> isChosen = stackalloc bool[layers];
        isChosen.Clear();
        for (var chosen = 0; chosen < _shape.Layers; chosen++)
        {
            var best = -1;
            for (var place = 0; place < layers; place++)
            {
                if (!isChosen[place] && IsReady(place) && (best < 0 || Remaining(place) > Remaining(best)))
                    best = place;
            }
            if (best < 0)
                break;
            isChosen[best] = true;
        }
        for (var place = 0; place < layers; place++)
        {
            if (isChosen[place])
                _tasks[_count++] = Task(place);
        }
        for (var place = 0; place < layers; place++)
            _done[place] += isChosen[place] ? 1 : 0;
        return _count > 0;
    }

    private bool IsReady(int place) => _done[place] < (place == 0 ? _tasksOfLayer : _done[place - 1]);

    /// <summary>Tasks of the longest chain that waits for a layer's next one: those with the longest go first, or threads would be idle at the end.</summary>
    private int Remaining(int place) => _tasksOfLayer - _done[place] + layers - place;

    private WaveTask Task(int place)
    {
        var number = _order == WaveOrder.Forward ? _done[place] : _tasksOfLayer - 1 - _done[place];
        return new WaveTask(
            _order == WaveOrder.Backward ? layers - 1 - place : place, number * _shape.Steps, Math.Min(_steps, (number + 1) * _shape.Steps), _done[place] == _tasksOfLayer - 1);
    }
}
