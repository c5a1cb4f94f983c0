namespace Serving;

/// <summary>Too many requests wait.</summary>
internal sealed class QueueFullException : Exception
{
    public QueueFullException()
        : base("Too many requests wait; come back later.")
    {
    }
}
