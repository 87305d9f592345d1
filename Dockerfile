FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=finsuite.settings.prod MEDIA_ROOT=/data/media

RUN useradd --system --uid 10001 --home-dir /app finsuite && install -d -o finsuite -g finsuite /data/media
WORKDIR /app

COPY . .
# Nothing but what production needs; compiled now, so that a container starts fast.
RUN pip install --constraint requirements.lock --editable . && python -m compileall -q .
# The settings must be complete to be read; none of these values is used or kept.
RUN SECRET_KEY=collect ALLOWED_HOSTS=collect DATABASE_URL=postgresql://collect REDIS_URL=redis://collect \
    python manage.py collectstatic --no-input

USER finsuite
VOLUME /data/media
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers", "finsuite.wsgi:application"]
